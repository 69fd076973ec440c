from conan import ConanFile

LIBRARIES = {
    "boost": {"headers": [], "json": ["boost_json"]},
    "openssl": {"crypto": ["crypto"], "ssl": ["ssl"]},
}


class System(ConanFile):
    """The system's Boost or OpenSSL as a package, with the components that the central index's have: building those takes too long."""

    settings = "os", "arch", "compiler", "build_type"

    def package_info(self):
        for name, libraries in LIBRARIES[self.name].items():
            component = self.cpp_info.components[name]
            component.includedirs, component.libdirs, component.bindirs = [], [], []
            component.system_libs = libraries
