use tauri_build::{AppManifest, Attributes};

fn main() {
    // The page is inside the binary, so a newly built page is a reason to build the binary again.
    println!("cargo::rerun-if-changed=../ui/dist");
    // Naming the command puts it under the capabilities too: the page may call it because
    // `capabilities/main.json` says so, and nothing else.
    let attributes = Attributes::new().app_manifest(AppManifest::new().commands(&["call"]));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
