"""How a load can be wired: one table for whoever reads the registers and whoever plays them."""

from typing import Literal, get_args

LoadType = Literal[
    "1P+N-1CT",
    "2P-1CT",
    "2P+N-2CT",
    "3P-1CT",
    "3P-2CT",
    "3P-3CT",
    "3P+N-1CT",
    "3P+N-3CT",
    "3P+N-4CT",
]
LOAD_TYPES: tuple[LoadType, ...] = get_args(LoadType)
"""In the order of the type register's codes, which begin at 1; 0 = undefined (facts §3)."""
