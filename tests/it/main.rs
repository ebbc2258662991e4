//! One integration binary: a file a story.

mod staff_gallery;
