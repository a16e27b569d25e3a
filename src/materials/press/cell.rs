//! The walls around the press's process: bounds of memory and time, no file and nothing beside one, no network, no other program and no
//! other process, nor anything left for one. Whoever found a hole in the typesetter and ran code there would hold the values of one run,
//! and nothing to take them out by.

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use seccompiler::{
    SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    apply_filter,
};
use std::collections::BTreeMap;
use std::io::{Error, Result, Write};

/// The most memory that the process may name, and the most time of a processor: what a run of the largest size takes several times.
const MOST_MEMORY: u64 = 3 * 1024 * 1024 * 1024;
const MOST_SECONDS: u64 = 900;

/// What it says beside its answer when this kernel shuts it off from no file: the server puts that into its log.
pub(super) const NO_LANDLOCK: &[u8] = b"this kernel has no Landlock";

/// Calls that reach others: sockets, other programs, other processes and their memory, rings that do any of it unseen. Refused, they
/// answer that it is not permitted.
const OTHERS: &[libc::c_long] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_kcmp,
    libc::SYS_kill,
    // Names a thread alone, which may be anybody's: a process that ends itself uses tgkill.
    libc::SYS_tkill,
    libc::SYS_io_uring_setup,
    libc::SYS_bpf,
    libc::SYS_userfaultfd,
    libc::SYS_unshare,
    libc::SYS_setns,
];

/// What stands beside a file and not in it: who may read it, whose it is, its times, its further attributes. Landlock keeps nobody
/// from changing them.
const BESIDE_FILES: &[libc::c_long] = &[
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
];

/// The newest of these (fchmodat2, setxattrat, removexattrat, file_setattr), by numbers that are the same on every machine.
const NEW_BESIDE_FILES: &[libc::c_long] = &[452, 463, 466, 469];

/// Whose turn a process is, on which processor, with which memory: of another one as of itself. What asks, or yields, stays.
const TURNS: &[libc::c_long] = &[
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
];

/// What processes leave for each other in the kernel: memory, messages, semaphores, keys.
const LEFT_FOR_OTHERS: &[libc::c_long] = &[
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_mq_timedsend,
    libc::SYS_mq_timedreceive,
    libc::SYS_mq_notify,
    libc::SYS_mq_getsetattr,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
];

/// The same by calls that only older machines have.
#[cfg(target_arch = "x86_64")]
const OLDER: &[libc::c_long] = &[
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[libc::c_long] = &[];

/// Whatever is refused to everybody, for good.
const REFUSED: [&[libc::c_long]; 6] = [OTHERS, BESIDE_FILES, NEW_BESIDE_FILES, TURNS, LEFT_FOR_OTHERS, OLDER];

/// What `fcntl` is asked for where a pipe is to send signals to somebody, or another signal: F_SETOWN, F_SETSIG, F_SETOWN_EX.
const SIGNALS_OF_PIPES: [u64; 3] = [8, 10, 15];

/// Kernels that know the x32 calls take each of these by a second number: the same with this bit, but for some, which have one of
/// their own beneath it.
#[cfg(target_arch = "x86_64")]
const X32: i64 = 0x4000_0000;
#[cfg(target_arch = "x86_64")]
const OWN_OF_X32: [(libc::c_long, i64); 9] = [
    (libc::SYS_execve, 520),
    (libc::SYS_ptrace, 521),
    (libc::SYS_rt_sigqueueinfo, 524),
    (libc::SYS_mq_notify, 527),
    (libc::SYS_move_pages, 533),
    (libc::SYS_rt_tgsigqueueinfo, 536),
    (libc::SYS_process_vm_readv, 539),
    (libc::SYS_process_vm_writev, 540),
    (libc::SYS_execveat, 545),
];

/// Signals that name the process that gets them: its own may.
const TO_ITSELF: [libc::c_long; 3] = [libc::SYS_tgkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo];

/// Shuts this process in, for good: the calling thread and all that it begins.
///
/// # Errors
/// What the machine says. A kernel that has no Landlock (before 5.13, or without it) is no error: the calls are refused all the same,
/// and the server's log says so.
pub fn shut() -> Result<()> {
    setrlimit(Resource::RLIMIT_AS, MOST_MEMORY, MOST_MEMORY)?;
    setrlimit(Resource::RLIMIT_CPU, MOST_SECONDS, MOST_SECONDS)?;
    setrlimit(Resource::RLIMIT_FSIZE, 0, 0)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    if !no_files()? {
        // Nobody may be listening any more.
        let _ = std::io::stderr().write_all(NO_LANDLOCK);
    }
    no_calls()
}

/// No file, port or process beyond what is open already, as far as this kernel knows how; whether it does.
fn no_files() -> Result<bool> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI::V5)))
        .and_then(|rules| rules.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self)
        .map(|status| status.ruleset != RulesetStatus::NotEnforced)
        .map_err(Error::other)
}

fn no_calls() -> Result<()> {
    // A thread that is begun by clone3 hides how in memory, where no filter looks: told that there is no such call, the library takes
    // clone, which says it.
    refuse(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)?;
    let mut calls: Calls = REFUSED.into_iter().flatten().map(|call| (*call, Vec::new())).collect();
    let own = u64::from(std::process::id());
    for call in TO_ITSELF {
        calls.insert(call, vec![rule(0, &[(SeccompCmpOp::Ne, own)])?]);
    }
    // Bounds of its own, called by 0 or by its number.
    calls.insert(libc::SYS_prlimit64, vec![rule(0, &[(SeccompCmpOp::Ne, 0), (SeccompCmpOp::Ne, own)])?]);
    let asked = SIGNALS_OF_PIPES.into_iter().map(|what| rule(1, &[(SeccompCmpOp::Eq, what)]));
    calls.insert(libc::SYS_fcntl, asked.collect::<Result<_>>()?);
    // Threads, and no process.
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    calls.insert(libc::SYS_clone, vec![rule(0, &[(SeccompCmpOp::MaskedEq(thread), 0)])?]);
    refuse(calls, libc::EPERM)
}

/// Calls, each with what an argument of theirs is where they are refused; nothing: they always are.
type Calls = BTreeMap<i64, Vec<SeccompRule>>;

/// All of these hold of one argument of a call, counted from 0: numbers of processes and flags, of which the machine reads four bytes.
fn rule(argument: u8, all: &[(SeccompCmpOp, u64)]) -> Result<SeccompRule> {
    let one = |(is, value): &(SeccompCmpOp, u64)| {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is.clone(), *value)
    };
    let conditions = all.iter().map(one).collect::<std::result::Result<Vec<_>, _>>().map_err(Error::other)?;
    SeccompRule::new(conditions).map_err(Error::other)
}

/// The same calls by their second numbers too.
#[cfg(target_arch = "x86_64")]
fn by_every_number(mut calls: Calls) -> Calls {
    let second = |call: &i64| OWN_OF_X32.iter().find(|(is, _)| is == call).map_or(*call, |(_, own)| *own) | X32;
    let again: Vec<(i64, Vec<SeccompRule>)> = calls.iter().map(|(call, rules)| (second(call), rules.clone())).collect();
    calls.extend(again);
    calls
}

#[cfg(not(target_arch = "x86_64"))]
fn by_every_number(calls: Calls) -> Calls {
    calls
}

fn refuse(calls: Calls, answer: libc::c_int) -> Result<()> {
    let machine: TargetArch = std::env::consts::ARCH.try_into().map_err(Error::other)?;
    let refused = SeccompAction::Errno(answer.unsigned_abs());
    let filter =
        SeccompFilter::new(by_every_number(calls), SeccompAction::Allow, refused, machine).map_err(Error::other)?;
    let program: seccompiler::BpfProgram = filter.try_into().map_err(Error::other)?;
    apply_filter(&program).map_err(Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::ErrorKind::PermissionDenied;
    use std::net::TcpStream;
    use std::os::unix::fs::{PermissionsExt, chown, fchown, lchown};
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
                refused(
                    nix::sys::signal::kill(nix::unistd::getppid(), None::<nix::sys::signal::Signal>)
                        .map_err(Error::from),
                ),
            ]
        });
        assert_eq!(refused.join().unwrap(), [Err(PermissionDenied); 6]);
    }

    /// Landlock lets everybody change what stands beside a file: here the calls are refused, by path and of what is open already.
    #[test]
    fn it_changes_nothing_beside_a_file_neither_who_may_read_it_nor_whose_it_is_nor_its_times() {
        let path = std::env::temp_dir().join(format!("hustings-press-{}", std::process::id()));
        let open = File::create(&path).unwrap();
        let was = open.metadata().unwrap();
        let at = path.clone();
        let refused = std::thread::spawn(move || {
            let refused = |kind: std::io::Result<()>| kind.map_err(|error| error.kind());
            let (own, group) = (Some(nix::unistd::getuid().as_raw()), Some(nix::unistd::getgid().as_raw()));
            let for_all = || std::fs::Permissions::from_mode(0o777);
            no_calls().unwrap();
            [
                refused(std::fs::set_permissions(&at, for_all())),
                refused(open.set_permissions(for_all())),
                refused(chown(&at, own, group)),
                refused(lchown(&at, own, group)),
                refused(fchown(&open, own, group)),
                refused(open.set_modified(std::time::SystemTime::UNIX_EPOCH)),
            ]
        });
        let refused = refused.join().unwrap();
        let is = std::fs::metadata(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(refused, [Err(PermissionDenied); 6]);
        assert_eq!(is.permissions().mode(), was.permissions().mode());
        assert_eq!(is.modified().unwrap(), was.modified().unwrap());
    }

    /// No safe code asks for these: the list itself must name them.
    #[test]
    fn nobodys_turns_are_changed_and_nothing_is_left_for_another_process() {
        let all: Vec<libc::c_long> = REFUSED.into_iter().flatten().copied().collect();
        for call in [
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_setxattr,
            libc::SYS_fremovexattr,
            libc::SYS_setpriority,
            libc::SYS_ioprio_set,
            libc::SYS_sched_setaffinity,
            libc::SYS_sched_setattr,
            libc::SYS_shmget,
            libc::SYS_msgget,
            libc::SYS_semget,
            libc::SYS_mq_open,
            libc::SYS_add_key,
            libc::SYS_keyctl,
        ] {
            assert!(all.contains(&call), "{call}");
        }
        // What the library, its memory and its threads live by.
        for call in [
            libc::SYS_sched_getaffinity,
            libc::SYS_sched_yield,
            libc::SYS_futex,
            libc::SYS_clone,
            libc::SYS_madvise,
            libc::SYS_prctl,
            libc::SYS_fcntl,
            libc::SYS_tgkill,
        ] {
            assert!(!all.contains(&call), "{call}");
        }
    }

    /// It still begins threads, as the typesetter does, and none of them is a way out.
    #[test]
    fn it_begins_threads_and_no_process_and_bounds_and_signals_itself_alone() {
        let inside = std::thread::spawn(|| {
            no_calls().unwrap();
            let bounds = nix::sys::resource::getrlimit(Resource::RLIMIT_CPU).map_err(Error::from);
            let thread = std::thread::spawn(|| Command::new("/bin/true").status().map(drop).map_err(|e| e.kind()));
            // Asking how many processors there are, and a pipe's flags, is what it may.
            let asks = std::thread::available_parallelism().is_ok()
                && nix::fcntl::fcntl(std::io::stdout(), nix::fcntl::FcntlArg::F_GETFL).is_ok();
            std::thread::yield_now();
            (bounds.is_ok(), asks, thread.join().unwrap())
        });
        assert_eq!(inside.join().unwrap(), (true, true, Err(PermissionDenied)));
    }
}
