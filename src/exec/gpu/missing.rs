//! Why there is no GPU, and what to do about it.
//!
//! Takes what the system shows of loader and drivers; gives a text. Only Linux lets us look.

use std::path::Path;

/// What this system lacks where there is no hardware GPU, in words.
#[must_use]
pub fn missing() -> String {
    if cfg!(target_os = "linux") {
        advice(&Found::here())
    } else {
        "no GPU was found: install the driver of your graphics card, or use --engine cpu".into()
    }
}

/// Can there be a hardware GPU? On Linux every one has a node in `/dev`; where there is none, no
/// driver is loaded to find that out (it would take up to 0.2 s and may talk on stderr).
pub(super) fn hardware_is_possible() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let has = |folder: &str, prefixes: &[&str]| {
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
        names
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .any(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
    };
    has(
        "/dev",
        &["nvidia", "dxg", "mali", "kgsl", "nvmap", "nvhost"],
    ) || has("/dev/dri", &["render"])
}

/// What a Linux system shows.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// The Vulkan loader, `libvulkan.so.1`.
    loader: bool,
    /// At least one driver manifest.
    manifest: bool,
    /// The kernel module of NVIDIA.
    nvidia_kernel: bool,
    /// NVIDIA's driver manifest.
    nvidia_manifest: bool,
}

impl Found {
    fn here() -> Found {
        let manifests = manifests();
        Found {
            loader: LIBRARY_FOLDERS
                .iter()
                .any(|folder| Path::new(folder).join("libvulkan.so.1").exists()),
            manifest: !manifests.is_empty(),
            nvidia_kernel: Path::new("/proc/driver/nvidia/version").exists(),
            nvidia_manifest: manifests.iter().any(|name| name.contains("nvidia")),
        }
    }
}

const LIBRARY_FOLDERS: [&str; 6] = [
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/local/lib",
    "/run/opengl-driver/lib",
];

const MANIFEST_FOLDERS: [&str; 4] = [
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
    "/run/opengl-driver/share/vulkan/icd.d",
];

fn manifests() -> Vec<String> {
    let files = MANIFEST_FOLDERS
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten();
    files
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect()
}

fn advice(found: &Found) -> String {
    let cause = if !found.loader {
        "the Vulkan loader libvulkan.so.1 is missing; install libvulkan1 (Debian, Ubuntu), vulkan-loader (Fedora) \
         or vulkan-icd-loader (Arch)"
    } else if found.nvidia_kernel && !found.nvidia_manifest {
        "there is an NVIDIA GPU but not its Vulkan driver; install NVIDIA's libraries for graphics, or in a \
         container set NVIDIA_DRIVER_CAPABILITIES=all"
    } else if found.nvidia_kernel {
        "there is an NVIDIA GPU and a manifest of its Vulkan driver, but the driver does not load; it needs \
         libGLX_nvidia.so.0 and libX11, or libEGL_nvidia.so.0"
    } else if !found.manifest {
        "there is no Vulkan driver in /usr/share/vulkan/icd.d; install that of your graphics card \
         (mesa-vulkan-drivers for AMD and Intel)"
    } else {
        "a Vulkan driver is installed, but no device answers to it; is /dev/dri or /dev/nvidia0 there and yours \
         to open?"
    };
    format!("no GPU was found: {cause}; --engine cpu needs none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lack_has_its_remedy() {
        let all = Found {
            loader: true,
            manifest: true,
            nvidia_kernel: true,
            nvidia_manifest: true,
        };
        let cases = [
            (
                Found {
                    loader: false,
                    ..all
                },
                "libvulkan1",
            ),
            (
                Found {
                    nvidia_manifest: false,
                    ..all
                },
                "NVIDIA_DRIVER_CAPABILITIES",
            ),
            (all, "libGLX_nvidia"),
            (
                Found {
                    nvidia_kernel: false,
                    manifest: false,
                    ..all
                },
                "mesa-vulkan-drivers",
            ),
            (
                Found {
                    nvidia_kernel: false,
                    ..all
                },
                "/dev/dri",
            ),
        ];
        for (found, remedy) in cases {
            let text = advice(&found);
            assert!(text.contains(remedy), "{found:?}: {text}");
        }
    }
}
