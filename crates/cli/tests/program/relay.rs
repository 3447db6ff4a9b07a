//! A way to a server that counts all that passes, in both directions, and can be closed.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

#[derive(Clone, Default)]
pub struct Relay {
    bytes: Arc<AtomicU64>,
    closed: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    /// Where it listens comes back too. It ends with the test.
    pub fn to(server: &str) -> (Relay, String) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (relay, server) = (Relay::default(), server.to_owned());
        let passing = relay.clone();
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                // Where there is no server just now, nothing is let in either.
                if !passing.closed.load(Ordering::SeqCst)
                    && let Ok(far) = TcpStream::connect(&server)
                {
                    passing.pass(near, far);
                }
            }
        });
        (relay, url)
    }

    /// How much passed since this was asked last.
    pub fn passed(&self) -> u64 {
        self.bytes.swap(0, Ordering::SeqCst)
    }

    /// Nothing passes any more, and nothing new is let in.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for stream in self.open.lock().unwrap().drain(..) {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    pub fn open(&self) {
        self.closed.store(false, Ordering::SeqCst);
    }

    fn pass(&self, near: TcpStream, far: TcpStream) {
        self.open.lock().unwrap().extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
        for (mut from, mut to) in
            [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)]
        {
            let bytes = self.bytes.clone();
            thread::spawn(move || {
                let mut buffer = [0; 16 * 1024];
                while let Ok(read @ 1..) = from.read(&mut buffer) {
                    bytes.fetch_add(read as u64, Ordering::SeqCst);
                    if to.write_all(&buffer[..read]).is_err() {
                        break;
                    }
                }
                to.shutdown(Shutdown::Write).ok();
            });
        }
    }
}
