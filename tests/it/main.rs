//! One integration binary: a file a story.

mod staff_door;
mod staff_gallery;
