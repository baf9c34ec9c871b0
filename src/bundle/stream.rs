//! Bytes that can only be read once, front to back: decides what they are and walks into them.

use std::io::Read;

use super::leaf::{Found, leaf};
use super::level::Level;
use super::loss::describe;
use super::peek::Peek;
use super::sniff::{Format, HEAD, Packing, sniff};
use super::unpack::unpack;
use super::{Container, Visit, tar, zip};

/// Reads a member (or a whole input) of whatever format. `packings` counts the compressions already
/// peeled from it.
pub(crate) fn walk(level: &Level, found: Found, mut bytes: Peek<impl Read>, visit: &mut dyn Visit) {
    walk_dyn(level, found, &mut bytes, 0, visit);
}

fn walk_dyn(
    level: &Level,
    found: Found,
    bytes: &mut Peek<impl Read>,
    packings: usize,
    visit: &mut dyn Visit,
) {
    match sniff(bytes.peek(HEAD)) {
        Format::Zip => match level.inside(&found) {
            Ok(inside) => {
                visit.open(Container::Zip);
                zip::walk(inside, found, bytes, visit);
                visit.close();
            }
            Err(why) => found.lost(why, visit),
        },
        Format::Tar => match level.inside(&found) {
            Ok(inside) => {
                visit.open(Container::Tar);
                tar::walk(inside, found, bytes, visit);
                visit.close();
            }
            Err(why) => found.lost(why, visit),
        },
        Format::Packed(packing) => packed(level, found, packing, bytes, packings, visit),
        Format::Unsupported(name) => {
            found.lost(
                format!("{name} is not supported: its contents are lost"),
                visit,
            );
        }
        Format::Binary | Format::Plain => leaf(level, found, bytes, visit),
    }
}

fn packed(
    level: &Level,
    found: Found,
    packing: Packing,
    bytes: &mut Peek<impl Read>,
    packings: usize,
    visit: &mut dyn Visit,
) {
    let limits = &level.shared.limits;
    if level.depth + packings > limits.depth {
        let most = limits.depth;
        return found.lost(
            format!("compressed more than {most} times over (limit depth): not opened"),
            visit,
        );
    }
    let found = Found {
        size: None,
        ..found
    };
    // Boxed: a stream in a stream in a stream must not be a new type each time.
    let plain: Box<dyn Read + '_> = unpack(packing, bytes, limits);
    let mut plain = Peek::new(plain, HEAD);
    if plain.peek(HEAD).is_empty()
        && let Some(e) = plain.failure()
    {
        return found.lost(describe(&e, 0), visit);
    }
    visit.open(match packing {
        Packing::Gzip => Container::Gzip,
        Packing::Xz => Container::Xz,
        Packing::Zstd => Container::Zstd,
        Packing::Bzip2 => Container::Bzip2,
    });
    walk_dyn(level, found, &mut plain, packings + 1, visit);
    visit.close();
}
