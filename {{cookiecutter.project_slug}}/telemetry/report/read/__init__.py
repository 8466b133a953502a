"""Lines in, evidence out: records are typed, joined with the platform's reports, summed by environment."""
