//! What must be settled before GTK: whether there is a display at all, and one known fault of a driver.

#[cfg(target_os = "linux")]
pub fn prepare() -> anyhow::Result<()> {
    disable_dmabuf_for_nvidia()?;
    if gtk::init().is_err() {
        anyhow::bail!(
            "there is no display here. `holdfast web` shows the same boards in a browser"
        );
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub fn prepare() -> anyhow::Result<()> {
    Ok(())
}

/// WebKitGTK paints a blank window through DMABUF on NVIDIA's driver. The variable must stand before
/// the process starts its threads, so the program starts itself again, in the same process.
#[cfg(target_os = "linux")]
fn disable_dmabuf_for_nvidia() -> anyhow::Result<()> {
    use anyhow::Context;
    use std::{env, os::unix::process::CommandExt, path::Path, process::Command};

    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if env::var_os(VARIABLE).is_some() || !Path::new("/proc/driver/nvidia/version").exists() {
        return Ok(());
    }
    let program = env::current_exe().context("the program cannot be found to start it again")?;
    // Only a failure comes back from here.
    Err(Command::new(program).args(env::args_os().skip(1)).env(VARIABLE, "1").exec().into())
}
