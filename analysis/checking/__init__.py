"""Is a bundle sound? Every problem at once, one sentence each."""
