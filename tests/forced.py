"""A forced scene, for tests of incidents: one patrol, one post, and nothing that anybody errs in."""

import datetime as dt

from sim.acts import Act

THREE = ("broadcast", "warning_shots", "aimed_fire")
FOUR = ("broadcast", "broadcast", "broadcast_and_warning_shots", "aimed_fire")
FIVE = ("broadcast", "broadcast", "warning_shots", "warning_shots", "aimed_fire")
VOLLEYS = ("broadcast", *["warning_shots"] * 6)

# One patrol of the north on a line that it believes 100 m too far south, before one post of the
# south that sees all, at once and exactly. Nobody errs, hesitates or leaves unless a test says so.
FORCED = {
    "days": 1,
    "start": dt.date(2025, 6, 1),
    "space.length_km": 12,
    "clock.warmup_days": 0,
    "weather.fog_factor": 0,
    "mines.strikes_per_km": 0,
    "mines.strikes_per_party_day": 0,
    "hotline.working": False,
    "feedback.k": 0,
}
FORCED_SIDE = {
    "patrols.slots": 0,
    "works.slots": 0,
    "works.notice": False,
    "patrols.presence": 1,
    "patrols.standoff_m": 0,
    "patrols.spread_m": 0,
    "patrols.recon_share": 0,
    "patrols.year_log_sd": 0,
    "patrols.hours": 9,
    "patrols.speed_kmh": 0.1,
    "navigation.error_m": 0,
    "response.line": "own",
    "learning.rule": "none",
    "watch.looks_per_hour": 60,
    "watch.range_m": 10000,
    "watch.vegetation_loss": 0,
    "watch.night_factor": 1,
    "watch.eye_only": 0,
    "watch.registration_m": 0,
    "watch.range_error_m": 0,
    "watch.azimuth_error_mil": 0,
    "watch.jitter_m": 0,
    "watch.margin_m": 20,
    "watch.margin_log_sd": 0,
    "watch.confirm_looks": 2,
    "watch.track_interval": 10,
    "watch.approach_m": 200,
    "rules.steps": FOUR,
    "rules.weapons": True,
    "rules.delay_minutes": 4,
    "rules.delay_log_sd": 0,
    "rules.step_minutes": 8,
    "rules.step_log_sd": 0,
    "rules.broadcast_to_shots_minutes": 0,
    "rules.load_delay": 3,
    "rules.warning_authority": "battalion",
    "rules.action_authority": "division",
    "rules.reply_authority": "battalion",
    "rules.ask_minutes": 4,
    "rules.ask_log_sd": 0,
    "rules.p_grant": 1,
    "rules.p_grant_action": 0,
    "rules.notice_wait": 15,
    "rules.alert_speedup": 0,
    "rules.quiet_minutes": 45,
    "voice.open_m": 15000,
    "voice.growth_m": 15000,
    "voice.jitter": 0,
    "voice.campaign": 0,
    "conduct.armed": 1,
    "conduct.leave_per_hour": 0,
    "conduct.leave_log_sd": 0,
    "conduct.trait_share": 0,
    "conduct.leave_broadcast": -4,
    "conduct.leave_shots": -4,
    "conduct.leave_jitter": 0,
    "conduct.leave_sureness": 0,
    "conduct.attack_intercept": -9,
    "conduct.attack_sureness": 0,
    "conduct.attack_tension": 0,
    "conduct.attack_night": 0,
    "conduct.attack_near": 0,
    "conduct.attack_casualties": 0,
    "conduct.p_return_fire": 1,
    "stray.per_post_year": 0,
    "stray.read_as_attack": -9,
    "stray.attack_tension": 0,
    "stray.p_origin_seen": 1,
    "stray.p_explained": 0,
    "fire.reply_minutes": 1,
    "fire.p_reply": 0,
    "fire.p_grant_reply": 1,
    "fire.p_continue": 0,
    "fire.p_casualty": 0,
    "fire.p_heavy": 0,
    "fire.p_support": 0,
    "politics.alert_at": 1,
    "politics.predelegate_at": 1,
    "politics.resting": 0.2,
}
ONE_PATROL = {"north.patrols.slots": 1}
BOTH_PATROL = {"north.patrols.slots": 1, "south.patrols.slots": 1, "space.length_km": 2, "space.area_km": 2}
FACING = (("north", 1, 500), ("south", 1, -500))
POSTS = (("north", 6, 500), ("south", 6, -500))


def written(file, header, rows):
    file.write_text("\n".join([header, *rows]) + "\n")
    return str(file)


def nested(values):
    tree = {}
    for path, value in values.items():
        *groups, name = path.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[name] = list(value) if isinstance(value, tuple) else value
    return tree


def incidents(model):
    return model.state.incidents.table


def log(model, row=0):
    """The chain of reasons: (minutes since it opened, side, act, x, y)."""
    used = model.state.log.table
    opened = float(incidents(model)[row]["opened"])
    return [
        (float(e["minute"]) - opened, int(e["side"]), Act(e["act"]).word, float(e["x"]), float(e["y"]))
        for e in used[used["incident"] == row]
    ]


def acts(model, *names, side=None, row=0):
    return [act for _, by, act, *_ in log(model, row) if act in names and side in (None, by)]


def minutes(model, *names, row=0):
    return [minute for minute, _, act, *_ in log(model, row) if act in names]


def told(steps):
    """The acts that a ladder's steps come to."""
    parts = {"broadcast_and_warning_shots": ["broadcast", "warning_shots"]}
    return [act for step in steps for act in parts.get(step, [step])]


def only(model):
    (incident,) = incidents(model)
    return incident


PARTY = {
    "north.works.slots": 30,
    "north.works.share": 1,
    "north.works.surge_sd": 0,
    "north.works.weeks": 40,
    "north.works.distance_m": 5,
    "north.works.distance_log_sd": 0,
    "north.works.floor_m": 0,
}


def shot(act="stray_shot", side="north", hour=10, km=6):
    return {"name": "shot", "date": dt.date(2025, 6, 1), "act": act, "side": side, "at_km": km, "hour": hour}


ATTACK = {"south.stray.read_as_attack": 4}


def attacked(play, **changes):
    """The first luck under which the rounds are read as an attack (98 of 100)."""
    for luck in range(5):
        model = play(luck=luck, injects=[shot()], **ATTACK | changes)
        if acts(model, "read_as_attack"):
            return model
    raise AssertionError("never read as an attack")
