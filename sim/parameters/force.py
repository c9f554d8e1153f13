"""Warning and force: rules, voice, conduct under warning, stray rounds, aimed fire."""

from typing import Literal

from sim.documents import StrictModel
from sim.parameters.declare import choice, param

Step = Literal["broadcast", "warning_shots", "broadcast_and_warning_shots", "aimed_fire"]
Authority = Literal["post", "battalion", "division", "national"]
AUTHORITIES: tuple[Authority, ...] = ("post", "battalion", "division", "national")
Reading = Literal["situation", "spoken_to", "orders"]


class Rules(StrictModel):
    """Rules of engagement and who may authorise what."""

    steps: tuple[Step, ...] = choice(
        ("broadcast", "broadcast", "broadcast_and_warning_shots", "aimed_fire"),
        "what is done in turn while a violation lasts",
        "FACTS: 2018 military agreement (four steps since June 2024)",
        "measured",
    )
    weapons: bool = choice(True, "whether any fire may be opened")
    delay_minutes: float = param(
        4,
        "min",
        0,
        120,
        "median time from report to first step",
        "FACTS: from approach or crossing to warning shots (5-6 min in 1997 and 2017)",
        "measured",
    )
    delay_log_sd: float = param(0.5, "log sd", 0, 2, "spread of that time")
    step_minutes: float = param(
        8,
        "min",
        1,
        120,
        "median time between steps",
        "FACTS: from start to end (25-79 min of stay with 2-7 broadcasts)",
        "measured",
    )
    step_log_sd: float = param(0.4, "log sd", 0, 2, "spread of that time")
    broadcast_to_shots_minutes: float = param(
        0, "min", 0, 240, "least time from the last broadcast to warning shots"
    )
    load_delay: float = param(
        3, "min", 0, 30, "minutes added by each further open incident", "priors.csv: load_delay"
    )
    warning_authority: Authority = choice("battalion", "lowest level that allows warning shots")
    action_authority: Authority = choice(
        "division", "lowest level that allows aimed fire at people who have not fired"
    )
    reply_authority: Authority = choice(
        "battalion",
        "lowest level that allows a reply to rounds at a post",
        "FACTS: 3 May 2020 (battalion order at +15 min)",
        "measured",
    )
    ask_minutes: float = param(4, "min", 0, 120, "median time that one level takes to answer")
    ask_log_sd: float = param(0.6, "log sd", 0, 2, "spread of that time")
    p_grant: float = param(
        0.9, "probability", 0, 1, "authority asked is given by each level", "priors.csv: p_grant"
    )
    p_grant_action: float = param(
        0.1,
        "probability",
        0,
        0.5,
        "aimed fire at people who have not fired is authorised",
        "priors.csv: p_grant_action",
    )
    notice_wait: float = param(
        15, "min", 0, 120, "minutes added before shots at a notified party", "priors.csv: notice_wait"
    )
    alert_speedup: float = param(
        0.5, "ratio", 0, 0.95, "share by which full alertness shortens the first delay"
    )
    alert_half_life_days: float = param(5, "day", 0.5, 60, "half-life of alertness")
    quiet_minutes: float = param(45, "min", 5, 600, "time without look or fire that ends it all")


class Voice(StrictModel):
    """Loudspeakers, and how warnings are heard."""

    open_m: float = param(
        1200,
        "m",
        100,
        15000,
        "distance at which half hear words, open ground",
        "priors.csv: audible_range",
        "measured",
    )
    growth_m: float = param(
        400, "m", 50, 15000, "the same under full growth", "priors.csv: audible_range", "measured"
    )
    spread: float = param(0.6, "log sd", 0.05, 2, "spread of hearing: wind, ground, language")
    jitter: float = param(0.1, "log sd", 0, 0.5, "spread from one broadcast to the next")
    campaign: float = param(
        0,
        "share",
        0,
        1,
        "strength of the side's own loudspeaker campaign, which masks warnings",
        "FACTS: reciprocity (loudspeakers off since June 2025)",
        "measured",
    )
    masking: float = param(
        0.7,
        "share",
        0,
        1,
        "share of hearing distance that a full campaign takes",
        "priors.csv: audible_range",
    )
    campaign_tension: float = param(
        0.1, "tension", 0, 0.5, "what a full campaign of the other side adds to resting tension"
    )


class Conduct(StrictModel):
    """What a unit does when it is warned or shot at."""

    armed: float = param(1, "probability", 0, 1, "a unit can return fire", "FACTS: activity (some armed)")
    felt_error_m: float = param(
        20, "m", 1, 60, "what a unit thinks its own error is", "priors.csv: felt_error_m"
    )
    heard_odds: float = param(
        0.3, "odds ratio", 0.01, 1, "multiplies the odds of own-ground belief when first warned"
    )
    leave_per_hour: float = param(0.3, "1/h", 0, 10, "median hazard of leaving without being told")
    leave_log_sd: float = param(
        0.7, "log sd", 0, 2, "spread of that hazard between projects, and between patrols"
    )
    trait_share: float = param(
        0.5,
        "share",
        0,
        1,
        "share of the variance of willingness to leave that goes with a project's or patrol's orders",
    )
    leave_broadcast: float = param(
        0.2,
        "probit",
        -4,
        4,
        "willingness to leave on a heard broadcast, own-ground belief 0",
        "priors.csv: leave_on_broadcast",
        "analogue",
    )
    leave_shots: float = param(
        1.6,
        "probit",
        -4,
        4,
        "willingness to leave on warning shots, own-ground belief 0",
        "incidents.csv: warning_shots",
        "analogue",
    )
    leave_sureness: float = param(0.8, "probit", 0, 4, "how far full own-ground belief holds it")
    leave_jitter: float = param(0.15, "probit", 0, 1, "spread of willingness between warnings")
    attack_rule: Reading = choice(
        "situation",
        "how a volley is read: by all of the unit's situation; by whether it was spoken to before and where "
        "rounds strike; or by orders to answer, which a share of units has",
        world=True,
    )
    attack_intercept: float = param(
        -5.2,
        "logit",
        -9,
        2,
        "reading of a volley as attack; own-ground belief 0, tension 0, by day, rounds far away",
        "priors.csv: p_read_as_attack",
        "analogue",
    )
    attack_sureness: float = param(1.5, "logit", 0, 6, "added by full own-ground belief")
    attack_tension: float = param(2.0, "logit", 0, 8, "added by tension 1")
    attack_night: float = param(0.5, "logit", 0, 3, "added at night")
    attack_near: float = param(1.0, "logit", 0, 5, "added by rounds that strike close")
    attack_casualties: float = param(1.0, "logit", 0, 5, "added while recent casualties are remembered")
    attack_unspoken: float = param(
        3.0,
        "logit",
        0,
        8,
        "rule spoken_to: added while no warning has been understood",
        "FACTS: how they began (six of the eight with rounds at a post)",
    )
    attack_share: float = param(
        0.07,
        "share",
        0,
        0.6,
        "rule orders: share of projects and patrols that are to answer rounds nearer than near_m",
        "priors.csv: p_read_as_attack",
    )
    shot_distance_m: float = param(60, "m", 5, 500, "mean distance at which warning rounds strike")
    near_m: float = param(60, "m", 1, 500, "distance at which rounds count as half as close as at one's feet")
    p_return_fire: float = param(0.9, "probability", 0, 1, "a unit that reads an attack fires back")

    @property
    def reads_tension(self) -> float:
        """What tension 1 adds to the log odds that a volley is read as an attack."""
        return self.attack_tension if self.attack_rule == "situation" else 0.0


class Stray(StrictModel):
    """Rounds that nobody ordered."""

    per_post_year: float = param(
        0.0016,
        "1/year",
        0,
        0.1,
        "misfires and unauthorised rounds of a post at the other side: the north's that struck a post of the "
        "south, the south's that were published",
        "priors.csv: stray_rate (per post-year inside the zone)",
        "analogue",
        south=0.0072,
    )
    read_as_attack: float = param(
        -3.0,
        "logit",
        -9,
        4,
        "a post of the side that is hit reads an attack, tension 0: the north answered none of six "
        "published rounds, the south all of six at a post",
        "FACTS: how they began (six of the eight with rounds at a post)",
        "analogue",
        south=1.5,
    )
    attack_tension: float = param(2.0, "logit", 0, 8, "added by tension 1")
    p_origin_seen: float = param(
        0.5, "probability", 0, 1, "the origin is seen at once", "FACTS: reply to a post being hit", "analogue"
    )
    origin_seen_minutes: float = param(
        1, "min", 0, 30, "time until an origin that is seen at once is reported"
    )
    origin_minutes: float = param(
        35,
        "min",
        1,
        240,
        "median time to find the origin otherwise",
        "FACTS: reply to a post being hit (32-105 minutes)",
        "measured",
    )
    origin_log_sd: float = param(
        0.4,
        "log sd",
        0,
        1.5,
        "spread of that time",
        "FACTS: reply to a post being hit (32-105 minutes)",
        "analogue",
    )
    p_explained: float = param(
        0.1,
        "probability",
        0,
        1,
        "the side that fired explains it; no case of the north is on record",
        "FACTS: accidental discharges by the south (explained by loudspeaker or message)",
        "measured",
        south=0.9,
    )
    explain_minutes: float = param(
        40,
        "min",
        1,
        240,
        "median time to explain, no hotline: the south at once by loudspeaker",
        "incidents.csv: M20101128 (message after 100 min)",
        "analogue",
        south=5,
    )
    explain_log_sd: float = param(0.6, "log sd", 0, 1.5, "spread of that time")


class Fire(StrictModel):
    """Aimed fire: replies, harm, and how far it goes."""

    reply_minutes: float = param(
        1,
        "min",
        0,
        60,
        "median time to reply to aimed fire",
        "FACTS: reply to a post being hit (at once to 1 minute)",
        "measured",
    )
    reply_log_sd: float = param(0.5, "log sd", 0, 1.5, "spread of that time")
    p_reply: float = param(0.9, "probability", 0, 1, "a post replies to aimed fire at it")
    p_grant_reply: float = param(
        0.8, "probability", 0, 1, "reply to rounds at a post is authorised, each level"
    )
    p_continue: float = param(0.45, "probability", 0, 1, "a side goes on after being answered")
    p_casualty: float = param(
        0.04,
        "probability",
        0,
        1,
        "a spell of aimed fire causes casualties",
        "priors.csv: p_casualty",
        "analogue",
    )
    casualties: float = param(
        1.5, "persons", 1, 10, "mean casualties when there are any", "priors.csv: p_casualty", "analogue"
    )
    p_heavy: float = param(
        0.008,
        "probability",
        0,
        1,
        "a spell of fire brings in heavy weapons",
        "priors.csv: p_heavy",
        "analogue",
    )
    report_delay: float = param(
        5, "min", 0, 60, "time until a supporting post has heard", "priors.csv: report_delay", "analogue"
    )
    p_attrib: float = param(
        0.6, "probability", 0, 1, "a supporting post knows who began", "priors.csv: p_attrib"
    )
    p_support: float = param(
        0.2, "probability", 0, 1, "a supporting post joins when it thinks that the other side began"
    )
    support_reach_m: float = param(5000, "m", 0, 20000, "distance within which posts support")
