//! The near end of a thread that reads: Python takes its batches one by one.

use crate::batch::Batch;
use crate::thread::Message;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wire::capture::CaptureError;

/// Batches that may wait for Python.
pub const WAITING: usize = 2;
/// Between two looks at whether somebody pressed ^C, while a batch is awaited.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long the end of the thread is awaited.
const GRACE: Duration = Duration::from_secs(2);

/// A thread and what it sends.
pub struct Reader {
    receiver: Mutex<Option<Receiver<Message>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Reader {
    /// Begins a thread that does this work.
    pub fn begin(name: &str, work: impl FnOnce(SyncSender<Message>) + Send + 'static) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || work(sender))?;
        Ok(Self { receiver: Mutex::new(Some(receiver)), thread: Mutex::new(Some(thread)) })
    }

    /// The next batch, `None` after the last one. Waits without the GIL.
    pub fn next(&self, py: Python<'_>, bad_file: &mut dyn FnMut(CaptureError)) -> PyResult<Option<Batch>> {
        loop {
            let message = py.detach(|| {
                let guard = self.receiver.lock().ok()?;
                match guard.as_ref()?.recv_timeout(PATIENCE) {
                    Ok(message) => Some(Some(message)),
                    Err(RecvTimeoutError::Timeout) => Some(None),
                    Err(RecvTimeoutError::Disconnected) => None,
                }
            });
            match message {
                Some(Some(Message::Batch(filled))) => return filled.into_python(py).map(Some),
                Some(Some(Message::BadFile(error))) => bad_file(*error),
                Some(Some(Message::Failed(reason))) => return Err(PyRuntimeError::new_err(reason)),
                Some(None) => py.check_signals()?,
                None => return self.ended(py),
            }
        }
    }

    /// Waits for the end of the thread, which was told to stop, but not for one that a pipe without data holds: that one
    /// ends with its read.
    pub fn end(&self, py: Python<'_>) {
        py.detach(|| {
            if let Ok(mut receiver) = self.receiver.lock() {
                receiver.take();
            }
            if let Ok(mut thread) = self.thread.lock()
                && let Some(thread) = thread.take()
            {
                let begun = Instant::now();
                while !thread.is_finished() && begun.elapsed() < GRACE {
                    std::thread::sleep(Duration::from_millis(5));
                }
                if thread.is_finished() {
                    let _ = thread.join();
                }
            }
        });
    }

    /// The channel is closed: the thread ended, by itself or by a panic, which must not look like the end of the input.
    fn ended(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        let joined = py.detach(|| self.thread.lock().ok().and_then(|mut thread| thread.take()).map(JoinHandle::join));
        match joined {
            Some(Err(_)) => {
                Err(PyRuntimeError::new_err("the capture thread failed; what it had read so far was delivered"))
            }
            _ => Ok(None),
        }
    }
}
