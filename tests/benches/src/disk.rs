//! A place on a real disk, and the least that a durable append can cost there.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tokio::sync::{mpsc, oneshot};

/// A directory of its own, removed in the end.
///
/// It lies beside what was built, for the system's own temporary directory may be in memory.
pub struct Directory(PathBuf);

impl Directory {
    /// Makes it, empty.
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("target/measured")
            .join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a directory can be made");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Removes the files of a log.
    pub fn remove(&self, file: &str) {
        for suffix in ["", "-wal", "-shm", ".lock"] {
            let _ = fs::remove_file(self.0.join(format!("{file}{suffix}")));
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The bare file: one thread takes all that waits, writes it at once and waits for the disk.
///
/// The file is written full of zeros before, so that no append changes its length or its extents.
#[derive(Clone)]
pub struct BareFile {
    queue: mpsc::Sender<(Vec<u8>, oneshot::Sender<()>)>,
}

const LENGTH: usize = 256 << 20;
const QUEUE: usize = 512;

impl BareFile {
    /// Makes the file and starts its thread, which ends when the last handle is gone.
    pub fn create(path: &Path) -> Self {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(path).expect("a file");
        let zeros = vec![0; 1 << 20];
        for _ in 0..LENGTH >> 20 {
            file.write_all(&zeros).expect("room for the file");
        }
        file.sync_all().expect("a disk");
        let (queue, waiting) = mpsc::channel(QUEUE);
        std::thread::spawn(move || write(file, waiting));
        Self { queue }
    }

    /// Appends; returns when it is durable.
    pub async fn append(&self, bytes: Vec<u8>) {
        let (done, durable) = oneshot::channel();
        self.queue.send((bytes, done)).await.expect("the writer works");
        durable.await.expect("the writer works");
    }
}

fn write(mut file: File, mut waiting: mpsc::Receiver<(Vec<u8>, oneshot::Sender<()>)>) {
    let mut group = Vec::with_capacity(QUEUE);
    let mut buffer = Vec::new();
    let mut at = 0;
    file.seek(SeekFrom::Start(0)).expect("a file");
    while waiting.blocking_recv_many(&mut group, QUEUE) > 0 {
        buffer.clear();
        group.iter().for_each(|(bytes, _)| buffer.extend_from_slice(bytes));
        if at + buffer.len() > LENGTH {
            file.seek(SeekFrom::Start(0)).expect("a file");
            at = 0;
        }
        file.write_all(&buffer).expect("a disk");
        file.sync_data().expect("a disk");
        at += buffer.len();
        for (_, done) in group.drain(..) {
            let _ = done.send(());
        }
    }
}
