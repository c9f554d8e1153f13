"""Write the golden trajectories anew, after a change that is meant to alter results."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "sim"))
from test_golden import CASES, GOLDEN, trajectory

GOLDEN.parent.mkdir(exist_ok=True)
GOLDEN.write_text(json.dumps({name: trajectory(name) for name in CASES}, indent=1) + "\n")
print(GOLDEN.read_text())
