"""The entry `python -m ui`: the same window that `arm` opens."""

import runpy

if __name__ == "__main__":
    runpy.run_module("arm", run_name="__main__")
