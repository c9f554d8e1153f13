"""What stops a command, in words and as its exit code.

0 done, 1 stopped (disk, workers), 2 bad input, 3 some runs failed, 130 interrupted.
"""

import sys
from collections.abc import Callable

from rich.console import Console

from experiments.crew import EnvironmentFault, Stopped, WorkersLost
from experiments.process import stoppable
from sim.documents import BadInput


def guarded(do: Callable[[Console], int]) -> int:
    """Do it, and say in words and by the exit code what stopped it."""
    talk = Console(stderr=True, highlight=False)
    try:
        with stoppable():
            return do(talk)
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    except (WorkersLost, EnvironmentFault) as lost:
        talk.print(f"stopped: {lost}; what was played is kept", soft_wrap=True)
        return 1
    except KeyboardInterrupt as stopped:
        talk.print("stopped; what was played is kept")
        return stopped.code if isinstance(stopped, Stopped) else 130
    except OSError as error:
        talk.print(f"stopped: {error.strerror or error} ({error.filename or 'disk'}); what was "
                   "played is kept: make room, then `dmz resume`", soft_wrap=True)  # fmt: skip
        return 1
