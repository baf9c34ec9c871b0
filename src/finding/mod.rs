//! Evidence and signatures into findings: what is true of which subjects, how sure, and why.
