//! Files dropped on the window. The page hears that one came and gets a handle, never a path.

use crate::{shell::name_of, work::emit};
use replica::{Desk, FileSource, protocol::Event};
use tauri::{DragDropEvent, WebviewWindow, WindowEvent};

pub fn watch(window: &WebviewWindow, desk: &Desk) {
    let (told, desk) = (window.clone(), desk.clone());
    window.on_window_event(move |event| {
        let WindowEvent::DragDrop(event) = event else {
            return;
        };
        match event {
            DragDropEvent::Enter { .. } => emit(&told, &Event::FileOver { over: true }),
            DragDropEvent::Leave => emit(&told, &Event::FileOver { over: false }),
            DragDropEvent::Drop { paths, .. } => {
                emit(&told, &Event::FileOver { over: false });
                if let Some(path) = paths.first() {
                    match desk.take_file(name_of(path), FileSource::Path(path.clone())) {
                        Ok(file) => emit(&told, &Event::FileDropped { file }),
                        Err(failure) => {
                            tracing::warn!(code = ?failure.code, "a dropped file was not taken")
                        }
                    }
                }
            }
            _ => {}
        }
    });
}
