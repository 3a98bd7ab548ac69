"""Figures as ratios against peers in the same run: `PYTHONPATH=tests python -m bench`."""
