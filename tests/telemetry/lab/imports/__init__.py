"""What imports cost."""
