"""What goes wrong, in the words of the command line: place, what was seen, what was expected, and a hint."""


class DyetraceError(Exception):
    """Any error of dyetrace. As text it is what the command prints after ``error:``."""

    #: What to do about it, where that is known.
    hint: str | None

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or None

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n\nhint: {self.hint}"


class InputError(DyetraceError):
    """A file cannot be read, or a row of it cannot be understood."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
        seen: str | None = None,
        expected: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        #: The file, as it was named.
        self.file = file
        #: The line, counted from 1.
        self.line = line
        #: The column, as the head of the file spells it.
        self.column = column
        #: What stands there.
        self.seen = seen
        #: What is wrong with it, and what was expected.
        self.expected = expected


class CaseError(InputError):
    """A case file or an option cannot be understood, or what they ask for does not go together."""


class TraceError(DyetraceError):
    """A trace cannot be made of this case."""


class ResultError(DyetraceError):
    """A result cannot be written or read."""
