"""What measures: the cases are in `cases`, the command line in `run.py`."""
