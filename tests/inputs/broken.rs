//! Inputs with something wrong: one problem that says what was lost, everything else read.
