//! A tree into an archive or a directory, member by member.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::str::FromStr;

use flate2::Compression;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use super::Wish;
use super::tree::{Member, ROOT, Tree};

/// What the bundle is packed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A zip with a zip per node in it, as support-bundle-kit makes them.
    Nested,
    /// The same members in one zip.
    Flat,
    /// The same members in a `.tar.gz`.
    TarGz,
    /// A zip of one log.
    One,
    /// The same members as files.
    Tree,
    /// Everything in one file, one after the other.
    Raw,
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "nested" => Ok(Self::Nested),
            "flat" => Ok(Self::Flat),
            "tar.gz" => Ok(Self::TarGz),
            "one" => Ok(Self::One),
            "tree" => Ok(Self::Tree),
            "raw" => Ok(Self::Raw),
            _ => Err(format!(
                "{name}: not one of nested, flat, tar.gz, one, tree, raw"
            )),
        }
    }
}

/// Members beyond this are written with zip64 sizes.
const LARGE: u64 = 3 << 30;

/// Writes the bundle; returns its expanded bytes.
pub fn write(wish: &Wish, shape: Shape, level: u32, target: &Path) -> io::Result<u64> {
    let tree = if shape == Shape::One {
        Tree::single(wish)
    } else {
        Tree::new(wish)
    };
    match shape {
        Shape::Tree => files(&tree, target),
        Shape::Raw => raw(
            &tree,
            BufWriter::with_capacity(1 << 20, File::create(target)?),
        ),
        Shape::TarGz => tar(
            &tree,
            level,
            BufWriter::with_capacity(1 << 20, File::create(target)?),
        ),
        Shape::One => zipped(&tree, "", shape, level, File::create(target)?),
        Shape::Nested | Shape::Flat => zipped(&tree, ROOT, shape, level, File::create(target)?),
    }
}

fn zipped(tree: &Tree, root: &str, shape: Shape, level: u32, file: File) -> io::Result<u64> {
    let out = BufWriter::with_capacity(1 << 20, file);
    let mut zip = ZipWriter::new_stream(out);
    let mut total = 0;
    for member in &tree.outer {
        total += add(tree, member, &under(root, &member.path), level, &mut zip)?;
    }
    for (node, members) in &tree.nodes {
        if shape == Shape::Flat {
            for member in members {
                let path = under(root, &format!("nodes/{}", member.path));
                total += add(tree, member, &path, level, &mut zip)?;
            }
            continue;
        }
        let size = members.iter().map(|member| member.size).sum();
        zip.start_file(
            under(root, &format!("nodes/{node}.zip")),
            options(size, level),
        )?;
        let mut inner = ZipWriter::new_stream(&mut zip);
        for member in members {
            total += add(tree, member, &member.path, level, &mut inner)?;
        }
        inner.finish()?;
    }
    zip.finish()?.into_inner().flush()?;
    Ok(total)
}

fn under(root: &str, path: &str) -> String {
    if root.is_empty() {
        path.to_owned()
    } else {
        format!("{root}/{path}")
    }
}

fn options(size: u64, level: u32) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(level.into()))
        .large_file(size > LARGE)
}

fn add<W: Write>(
    tree: &Tree,
    member: &Member,
    path: &str,
    level: u32,
    zip: &mut ZipWriter<StreamWriter<W>>,
) -> io::Result<u64> {
    zip.start_file(path, options(member.size, level))?;
    tree.write(member, zip)
}

/// Path and member of everything in the tree, nodes as folders.
fn all(tree: &Tree) -> impl Iterator<Item = (String, &Member)> {
    let outer = tree
        .outer
        .iter()
        .map(|member| (member.path.clone(), member));
    let nodes = tree.nodes.iter().flat_map(|(_, members)| members);
    outer.chain(nodes.map(|member| (format!("nodes/{}", member.path), member)))
}

fn tar(tree: &Tree, level: u32, out: impl Write) -> io::Result<u64> {
    let packed = flate2::write::GzEncoder::new(out, Compression::new(level));
    let mut tar = tar::Builder::new(packed);
    let mut total = 0;
    for (path, member) in all(tree) {
        // A tar says sizes beforehand.
        let size = tree.write(member, &mut io::sink())?;
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_mtime(1_741_305_599);
        // The header by itself, then the bytes past the builder, which would want them from a reader.
        tar.append_data(&mut header, under(ROOT, &path), io::empty())?;
        total += tree.write(member, tar.get_mut())?;
        let padding = size.next_multiple_of(512) - size;
        tar.get_mut().write_all(&[0; 512][..padding as usize])?;
    }
    tar.into_inner()?.finish()?.flush()?;
    Ok(total)
}

fn files(tree: &Tree, target: &Path) -> io::Result<u64> {
    let mut total = 0;
    for (path, member) in all(tree) {
        let path = target.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(target))?;
        total += tree.write(member, &mut BufWriter::new(File::create(path)?))?;
    }
    Ok(total)
}

fn raw(tree: &Tree, mut out: impl Write) -> io::Result<u64> {
    let mut total = 0;
    for (_, member) in all(tree) {
        total += tree.write(member, &mut out)?;
    }
    out.flush()?;
    Ok(total)
}
