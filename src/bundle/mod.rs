//! Paths into entries: opens archives, directories and loose files, says where each entry comes from.

mod entry;
mod origin;
mod place;
mod program;

pub use entry::{Entry, EntryKind, InputKind, Skip};
pub use origin::{Instance, Origin};
pub use place::{
    LIVE_PATHS, NodeData, NodeGap, Placement, Surroundings, input_kind, nodes_without_data, place,
    place_loose, refine, refine_nodes,
};
pub use program::{Program, ProgramSet};
