"""Numbers in, words out: sentences, tables, charts, and the keys of verdict.json."""
