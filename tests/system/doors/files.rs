//! Files are ours or left alone, and nobody else on the machine can read them.
