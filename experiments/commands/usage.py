"""What is typed wrong, said as all else is: what was found, what is allowed, what was probably meant."""

from collections.abc import Iterable
from typing import Any, NoReturn

from typer import BadParameter, Exit
from typer.core import TyperCommand, TyperGroup

_UsageError: Any = BadParameter.__base__  # of click, in whatever package typer has it


class Verbs(TyperGroup):
    """The command: a word that is no verb is told with the verbs, and with what it may be instead."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As any command, for the options that stand before the verb."""
        with_words = list(args)
        try:
            return super().parse_args(ctx, args)
        except _UsageError as error:
            _refuse(ctx, error, with_words)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb that is typed; a usage error where there is none such."""
        if self.get_command(ctx, args[0]) is None:
            ctx.fail(_no_verb(args[0], list(self.commands)))
        return super().resolve_command(ctx, args)


class Verb(TyperCommand):
    """A verb: an option that it has not, and a word too many, are told with what it takes."""

    allow_extra_args = True  # to be refused here, in words

    def invoke(self, ctx: Any) -> NoReturn:
        """Do it, and end with the exit code that it gives, or that tells what stopped it."""
        from experiments.commands.exits import guarded

        raise Exit(guarded(lambda _: super(Verb, self).invoke(ctx), (_UsageError,)))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Options and arguments by their names; a usage error for what is none."""
        typed = list(args)
        try:
            rest = super().parse_args(ctx, args)
        except _UsageError as error:
            _refuse(ctx, error, typed)
        if ctx.args:
            ctx.fail(_too_many(ctx.args, self.params))
        return rest


def refuse_beside(ctx: Any, *allowed: str, reason: str) -> None:
    """Refuse options that were typed and mean nothing here: all but those of these parameters."""
    typed = [each for each in ctx.command.params if _is_typed(ctx, each.name) and each.name not in allowed]
    if typed:
        ctx.fail(f"{reason}; found {', '.join(_name(each) for each in typed)} beside")


def _is_typed(ctx: Any, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _names(param: Any) -> list[str]:
    """What switches it on, and off."""
    return [*param.opts, *param.secondary_opts]


def _name(param: Any) -> str:
    return str(max(param.opts, key=len))


def _refuse(ctx: Any, error: Any, typed: list[str]) -> NoReturn:
    """Say a usage error of click in words of ours where it is about an option."""
    option = getattr(error, "option_name", None)
    if option is None:
        raise error
    known: dict[str, Any] = {name: each for each in ctx.command.get_params(ctx) for name in _names(each)}
    if option in known and getattr(known[option], "is_flag", False):
        ctx.fail(f"{option} takes no value")
    if option in known:
        ctx.fail(f"{option} wants a value behind it: {known[option].help}")
    word = next((word for word in typed if word.startswith(option)), option)
    raise _UsageError(_no_option(ctx, word, list(known)), ctx)


def _no_option(ctx: Any, word: str, known: Iterable[str]) -> str:
    from sim.documents.problems import nearest, printable

    name = word.partition("=")[0]
    names = [each for each in known if each.startswith("--")]
    verbs = getattr(ctx.find_root().command, "commands", {})
    others = [
        f"`dmz {verb}`"
        for verb, command in verbs.items()
        if any(name in _names(each) for each in command.params)
    ]
    where = f", an option of {' and '.join(others)}" if others else ""
    near = nearest(name, names)
    meant = f"; did you mean {near}?" if near else ""
    return f"there is no such option here; found {printable(name)}{where}; allowed {', '.join(names)}{meant}"


def _no_verb(word: str, verbs: list[str]) -> str:
    from sim.documents.problems import nearest, printable

    near = nearest(word, [*verbs, "--help", "--version"]) or _with_its_verb(word)
    meant = f"; did you mean dmz {near}?" if near else ""
    return f"there is no such verb; found {printable(word)}; allowed {', '.join(verbs)}{meant}"


def _with_its_verb(word: str) -> str | None:
    """How a file, or the name of a shipped one, is used."""
    import shlex

    from experiments.design.sorts import USES, file_of, sort_of
    from sim.documents import BadInput

    try:
        path = file_of(word)
        sort = sort_of(path) if path else None
    except BadInput:
        return None
    return sort and USES[sort].removeprefix("dmz ").replace(sort.upper(), shlex.quote(word))


def _too_many(words: list[str], params: Iterable[Any]) -> str:
    from sim.documents.problems import printable

    one = next((each.metavar or each.name for each in params if not hasattr(each, "is_flag")), "")
    repeated = [f"{_name(each)} {each.metavar}" for each in params if getattr(each, "multiple", False)]
    more = f", and one word behind an option, which is repeated for more ({', '.join(repeated)})"
    found = f"found {printable(' '.join(words))}, which is too much"
    return f"{found}; allowed one {one}{more if repeated else ''}"
