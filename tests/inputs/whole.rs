//! Inputs with nothing wrong: packed every way, they give the same entries.
