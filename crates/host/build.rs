//! Puts the built page into the library: a table of paths and bytes. Where the page was not built,
//! the table holds one page that says how to build it, so that the crate always compiles.

use std::{
    env, fs,
    io::{self, Error},
    path::{Path, PathBuf},
};

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Holdfast</title>\
<h1>The page was not built</h1>\
<p>This program was compiled before its page. Run <code>npm ci &amp;&amp; npm run build</code> in the folder \
<code>ui</code>, then build the program again; or run <code>scripts/run</code>, which does both.</p></html>";

fn main() -> io::Result<()> {
    let dist = from_env("CARGO_MANIFEST_DIR")?.join("../../ui/dist");
    let out = from_env("OUT_DIR")?;
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        collect(&dist, &mut files)?;
    } else {
        let page = out.join("not-built.html");
        fs::write(&page, NOT_BUILT)?;
        files.push((String::from("/index.html"), page));
    }
    files.sort();
    // Copies, since the page may be built anew while the compiler reads.
    for (number, (_, path)) in files.iter_mut().enumerate() {
        let copy = out.join(format!("page-{number}"));
        fs::copy(&*path, &copy)?;
        *path = copy;
    }
    fs::write(out.join("page.rs"), table(&files))
}

fn from_env(name: &str) -> io::Result<PathBuf> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| Error::other(format!("{name} is not set")))
}

fn collect(root: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(root).map_err(Error::other)?;
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            files.push((format!("/{}", parts.join("/")), path));
        }
    }
    Ok(())
}

fn table(files: &[(String, PathBuf)]) -> String {
    let mut table = String::from("static FILES: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        table.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
    }
    table.push_str("];\n");
    table
}
