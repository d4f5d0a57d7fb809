//! A dissector's process: begun when it is first asked, spoken to over a socket, ended when it does not keep its limits.
//!
//! Frame both ways: length u32 little-endian | body. The process limits its own memory and processor time (a kernel timer
//! ends it, whatever its code does); here it is ended when it sleeps or sends more than anybody would read.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use wire::protocol::dissector::{Asker, Trouble};

/// Until it has loaded the dissector and whatever that imports.
const START: Duration = Duration::from_secs(30);
/// Until a question is answered. Processor time is limited far below that.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the end of a process is awaited that closed its socket.
const GRACE: Duration = Duration::from_millis(500);
/// Longest answer.
const ANSWER: usize = 4 << 20;

/// Signal of the timer that counts processor time, and how a process ends that got no more memory.
const SIGPROF: i32 = 27;
const NO_MEMORY: i32 = 77;

type Said = (Trouble, String);

/// A process that can be asked.
pub struct Process {
    command: Vec<String>,
    environment: Vec<(String, String)>,
    running: Option<(Child, UnixStream)>,
}

impl Process {
    pub fn new(command: Vec<String>, environment: Vec<(String, String)>) -> Self {
        Self { command, environment, running: None }
    }

    /// The process, ready to be asked.
    fn begin(&mut self) -> Result<(), Said> {
        if self.running.is_some() {
            return Ok(());
        }
        let refused = |error: std::io::Error| (Trouble::Unloadable, error.to_string());
        let (program, arguments) = self.command.split_first().ok_or((Trouble::Unloadable, String::new()))?;
        let (ours, theirs) = UnixStream::pair().map_err(refused)?;
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(refused)?;
        self.running = Some((child, ours));
        // It says when it is ready, or why it never will be.
        let told = self.answer(Instant::now() + START).map_err(|(trouble, said)| match trouble {
            Trouble::Memory | Trouble::TooSlow => (trouble, said),
            _ => (Trouble::Unloadable, said),
        })?;
        match told.split_first() {
            Some((0, _)) => Ok(()),
            Some((_, why)) => Err((Trouble::Unloadable, String::from_utf8_lossy(why).into_owned())),
            None => Err((Trouble::Unloadable, String::new())),
        }
    }

    fn answer(&mut self, until: Instant) -> Result<Vec<u8>, Said> {
        let mut length = [0u8; 4];
        self.fill(&mut length, until)?;
        let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
        if length > ANSWER {
            return Err((Trouble::Nonsense, format!("{length} bytes")));
        }
        let mut body = vec![0; length];
        self.fill(&mut body, until)?;
        Ok(body)
    }

    fn fill(&mut self, mut buffer: &mut [u8], until: Instant) -> Result<(), Said> {
        while !buffer.is_empty() {
            let stream = self.stream(until, UnixStream::set_read_timeout)?;
            match stream.read(buffer) {
                Ok(0) => return Err(self.ended()),
                Ok(count) => buffer = &mut std::mem::take(&mut buffer)[count..],
                Err(error) => self.late_or_ended(&error)?,
            }
        }
        Ok(())
    }

    fn send(&mut self, mut bytes: &[u8], until: Instant) -> Result<(), Said> {
        while !bytes.is_empty() {
            let stream = self.stream(until, UnixStream::set_write_timeout)?;
            match stream.write(bytes) {
                Ok(0) => return Err(self.ended()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) => self.late_or_ended(&error)?,
            }
        }
        Ok(())
    }

    /// The socket, which waits until then and no longer.
    fn stream(
        &mut self,
        until: Instant,
        limit: fn(&UnixStream, Option<Duration>) -> std::io::Result<()>,
    ) -> Result<&mut UnixStream, Said> {
        let left = until.saturating_duration_since(Instant::now());
        let Some((_, stream)) = &mut self.running else { return Err((Trouble::Died, String::new())) };
        if left.is_zero() {
            return Err((Trouble::TooSlow, "asleep".into()));
        }
        limit(stream, Some(left)).map_err(|error| (Trouble::Died, error.to_string()))?;
        Ok(stream)
    }

    /// Nothing yet is no error; the caller looks at the time.
    fn late_or_ended(&mut self, error: &std::io::Error) -> Result<(), Said> {
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(()),
            _ => Err(self.ended()),
        }
    }

    /// What the end of the process tells.
    fn ended(&mut self) -> Said {
        let Some((child, _)) = &mut self.running else { return (Trouble::Died, String::new()) };
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.signal() == Some(SIGPROF) => return (Trouble::TooSlow, String::new()),
                Ok(Some(status)) if status.code() == Some(NO_MEMORY) => return (Trouble::Memory, String::new()),
                Ok(Some(status)) => return (Trouble::Died, status.to_string()),
                Ok(None) if begun.elapsed() < GRACE => std::thread::sleep(Duration::from_millis(1)),
                _ => return (Trouble::Died, "closed its socket".into()),
            }
        }
    }
}

impl Asker for Process {
    fn ask(&mut self, question: &[u8]) -> Result<Vec<u8>, Said> {
        self.begin()?;
        let until = Instant::now() + PATIENCE;
        let length = u32::try_from(question.len()).unwrap_or(u32::MAX).to_le_bytes();
        self.send(&[&length, question].concat(), until)?;
        self.answer(until)
    }

    fn stop(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}
