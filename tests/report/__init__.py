"""Records in, verdict out."""
