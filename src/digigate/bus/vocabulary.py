"""What functions and exceptions of Modbus are called (application protocol V1.1b3)."""

FUNCTIONS = {
    1: "read coils",
    2: "read inputs",
    3: "read registers",
    4: "read input registers",
    5: "write coil",
    6: "write register",
    7: "read exception status",
    8: "diagnostics",
    11: "read event counter",
    12: "read event log",
    15: "write coils",
    16: "write registers",
    17: "report server id",
    20: "read file record",
    21: "write file record",
    22: "mask write register",
    23: "write and read registers",
    24: "read FIFO queue",
    43: "read device identification",
}

EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target device failed to respond",
}


def function_words(function: int) -> str:
    """The function's name, or its number where it has none."""
    return FUNCTIONS.get(function, f"function {function}")


def exception_words(code: int) -> str:
    """The exception's name with its number: `illegal data value (0x03)`."""
    return f"{EXCEPTIONS.get(code, 'unknown exception')} ({code:#04x})"
