"""Records in, verdict out; the same rooms as the code."""
