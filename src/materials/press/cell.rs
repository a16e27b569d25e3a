//! The walls around the press's process: bounds of memory and time, no files, no network, no other program and no other process. Whoever
//! found a hole in the typesetter and ran code there would hold the values of one run, and nothing to take them out by.

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, Scope};
use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use seccompiler::{SeccompAction, SeccompFilter, TargetArch, apply_filter};
use std::io::{Error, Result};

/// The most memory that the process may name, and the most time of a processor: what a run of the largest size takes several times.
const MOST_MEMORY: u64 = 3 * 1024 * 1024 * 1024;
const MOST_SECONDS: u64 = 900;

/// Calls that reach others: sockets, other programs, other processes and their memory, rings that do any of it unseen. Refused, they
/// answer that it is not permitted.
const REFUSED: [libc::c_long; 14] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kill,
    libc::SYS_io_uring_setup,
    libc::SYS_bpf,
    libc::SYS_userfaultfd,
];

/// Shuts this process in, for good: the calling thread and all that it begins.
///
/// # Errors
/// What the machine says. A kernel that has no Landlock (before 5.13, or without it) is no error: the calls are refused all the same.
pub fn shut() -> Result<()> {
    setrlimit(Resource::RLIMIT_AS, MOST_MEMORY, MOST_MEMORY)?;
    setrlimit(Resource::RLIMIT_CPU, MOST_SECONDS, MOST_SECONDS)?;
    setrlimit(Resource::RLIMIT_FSIZE, 0, 0)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    no_files()?;
    no_calls()
}

/// No file, port or process beyond what is open already, as far as this kernel knows how.
fn no_files() -> Result<()> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI::V5)))
        .and_then(|rules| rules.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self)
        .map(|_| ())
        .map_err(Error::other)
}

fn no_calls() -> Result<()> {
    let machine: TargetArch = std::env::consts::ARCH.try_into().map_err(Error::other)?;
    let refused = REFUSED.into_iter().map(|call| (call, Vec::new())).collect();
    let not_permitted = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter = SeccompFilter::new(refused, SeccompAction::Allow, not_permitted, machine).map_err(Error::other)?;
    let program: seccompiler::BpfProgram = filter.try_into().map_err(Error::other)?;
    apply_filter(&program).map_err(Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::ErrorKind::PermissionDenied;
    use std::net::TcpStream;
    use std::os::unix::net::UnixStream;
    use std::process::Command;

    /// The walls bind the thread that puts them up, so that the other tests of this process stand outside.
    #[test]
    fn whoever_runs_code_in_the_press_reaches_no_file_network_program_or_process() {
        let refused = std::thread::spawn(|| {
            let outside = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let refused = |kind: std::io::Result<()>| kind.map_err(|error| error.kind());
            no_files().unwrap();
            no_calls().unwrap();
            [
                refused(File::open("/etc/passwd").map(drop)),
                refused(File::create(std::env::temp_dir().join("hustings-press")).map(drop)),
                refused(TcpStream::connect(outside).map(drop)),
                refused(UnixStream::pair().map(drop)),
                refused(Command::new("/bin/true").status().map(drop)),
                refused(nix::sys::signal::kill(nix::unistd::getppid(), None::<nix::sys::signal::Signal>).map_err(Error::from)),
            ]
        });
        assert_eq!(refused.join().unwrap(), [Err(PermissionDenied); 6]);
    }
}
