//! Writes the seeds of every target where cargo-fuzz looks for them: `fuzz/corpus/<target>/`.

use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = env::args().nth(1).unwrap_or_else(|| "fuzz/corpus".to_owned());
    for target in bundlevet::fuzz::TARGETS {
        let folder = format!("{root}/{}", target.name);
        fs::create_dir_all(&folder)?;
        for (at, seed) in (target.seeds)().iter().enumerate() {
            fs::write(format!("{folder}/seed-{at:03}"), seed)?;
        }
    }
    Ok(())
}
