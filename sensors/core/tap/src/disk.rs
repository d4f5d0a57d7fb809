//! How much room a disk has.

use std::io;
use std::path::Path;

/// Octets of the file system of `path` that a plain user may still fill, and all it has.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn disk(path: &Path) -> io::Result<(u64, u64)> {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::CString::new(path.as_os_str().as_bytes())?;
    let mut about = std::mem::MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the name ends with 0 and lives; the kernel writes one structure into memory of that size.
    let result = unsafe { libc::statvfs(name.as_ptr(), about.as_mut_ptr()) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so the structure is filled.
    let about = unsafe { about.assume_init() };
    let octets = |blocks: libc::fsblkcnt_t| blocks.saturating_mul(about.f_frsize);
    Ok((octets(about.f_bavail), octets(about.f_blocks)))
}

/// Not known here.
#[cfg(not(unix))]
pub fn disk(_: &Path) -> io::Result<(u64, u64)> {
    Err(io::ErrorKind::Unsupported.into())
}
