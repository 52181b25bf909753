//! The one place that names fs4: free space on a disk.

use std::path::Path;

/// Free bytes on the disk of a folder, or of the nearest folder above it that exists; none when the system does not
/// tell.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let existing = folder.ancestors().find(|folder| folder.is_dir())?;
    fs4::available_space(existing).ok()
}
