//! How much memory and stack the process may still take.

/// With less than this, in bytes, nothing is sent: a process that gets none dies at once, and the exit code with it.
const TO_SEND: u64 = 8 * 1024 * 1024;

/// Less than this, in bytes, is not enough for the first thread; others have a stack of their own size.
#[cfg(unix)]
const STACK: u64 = 1024 * 1024;

/// Whether the first thread has enough stack (`ulimit -s`).
#[cfg(unix)]
pub(crate) fn has_stack() -> bool {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Stack).current;
    limit.is_none_or(|limit| limit >= STACK)
}

/// Nothing limits it here.
#[cfg(not(unix))]
pub(crate) fn has_stack() -> bool {
    true
}

pub(crate) fn has_memory_to_send() -> bool {
    memory_left().is_none_or(|left| left >= TO_SEND)
}

/// In bytes; nothing where there is no limit (`ulimit -v`, `ulimit -d`), or none is known.
#[cfg(unix)]
pub(crate) fn memory_left() -> Option<u64> {
    use rustix::process::{Resource, getrlimit};
    let limits = [(Resource::As, "VmSize:"), (Resource::Data, "VmData:")];
    let limited = limits.map(|(resource, name)| (getrlimit(resource).current, name));
    if limited.iter().all(|(limit, _)| limit.is_none()) {
        return None;
    }
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let left = limited.into_iter().filter_map(|(limit, name)| {
        let taken = kibibytes(&status, name)?.saturating_mul(1024);
        Some(limit?.saturating_sub(taken))
    });
    left.min()
}

/// Nothing is known of it here.
#[cfg(not(unix))]
pub(crate) fn memory_left() -> Option<u64> {
    None
}

/// A line such as `VmSize:     4132 kB`.
#[cfg(unix)]
fn kibibytes(status: &str, name: &str) -> Option<u64> {
    let mut lines = status.lines();
    let value = lines.find_map(|line| line.strip_prefix(name))?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::kibibytes;

    #[test]
    fn sizes_are_read() {
        let status = "Name:\tx\nVmPeak:\t 9 kB\nVmSize:\t   4132 kB\nVmData:\t\n";
        for (name, expected) in [
            ("VmSize:", Some(4132)),
            ("VmPeak:", Some(9)),
            ("VmData:", None),
            ("VmRSS:", None),
        ] {
            assert_eq!(kibibytes(status, name), expected, "{name}");
        }
    }
}
