import pathlib
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, get, rmdir

required_conan_version = ">=2.1"

# What of each package is needed, and what to link where it is the system's ([platform_requires] of a profile): Conan writes
# nothing for such a package.
NEEDED = {
    "boost": (["boost::headers", "boost::json"], ["boost_json"]),
    "openssl": (["openssl::ssl", "openssl::crypto"], ["ssl", "crypto"]),
}


class CojobConan(ConanFile):
    name = "cojob"
    description = "C++20 coroutine client for REST APIs whose work is a job: create it, poll it, act on the result"
    license = "BSL-1.0"
    topics = ("coroutines", "asio", "rest-client", "http", "polling", "rate-limit", "jobs", "header-only")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"header_only": [True, False], "shared": [True, False], "fPIC": [True, False]}
    default_options = {"header_only": True, "shared": False, "fPIC": True}
    implements = ["auto_header_only", "auto_shared_fpic"]
    # These are of a clone. A package index has the recipe alone, and its conandata.yml names the archive: see scripts/release.
    exports = "CMakeLists.txt", "include/cojob/version.hpp"
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*"

    def init(self):
        address = self._written_in("CMakeLists.txt", r'set\(COJOB_REPOSITORY "([^"]*)"')
        self.url, self.homepage = self.url or address, self.homepage or address

    def set_version(self):
        self.version = self.version or self._written_in("include/cojob/version.hpp", r'return "(\d+\.\d+\.\d+)";')

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        # The public headers include both.
        self.requires("boost/[>=1.81 <2]", transitive_headers=True, transitive_libs=True)
        self.requires("openssl/[>=3 <4]", transitive_headers=True, transitive_libs=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def source(self):
        if self.conan_data:
            get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def generate(self):
        if self.options.header_only:
            return
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["COJOB_BUILD_TESTS"] = False
        toolchain.cache_variables["COJOB_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["COJOB_INSTALL_COMPILED"] = True
        toolchain.generate()

    def build(self):
        if not self.options.header_only:
            cmake = CMake(self)
            cmake.configure()
            cmake.build()

    def package(self):
        source, package = pathlib.Path(self.source_folder), pathlib.Path(self.package_folder)
        copy(self, "LICENSE", source, package / "licenses")
        if self.options.header_only:
            copy(self, "*", source / "include", package / "include")
            return
        CMake(self).install()
        # CMakeDeps and PkgConfigDeps write these for the consumer's own Boost and OpenSSL.
        rmdir(self, package / "lib" / "cmake")
        rmdir(self, package / "lib" / "pkgconfig")
        rmdir(self, package / "share")

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.set_property("cmake_target_name", "cojob::all")
        self.cpp_info.set_property("pkg_config_name", "cojob-all")
        headers = self.cpp_info.components["cojob"]
        headers.libdirs, headers.bindirs = [], []
        packaged = {dependency.ref.name for dependency in self.dependencies.host.values()}
        for name, (components, system_libraries) in NEEDED.items():
            if name in packaged:
                headers.requires += components
            else:
                headers.system_libs += system_libraries
        if self.settings.get_safe("os") in ("Linux", "FreeBSD"):
            headers.system_libs.append("pthread")
        elif self.settings.get_safe("os") == "Windows":
            headers.system_libs += ["ws2_32", "mswsock"]
        if not self.options.header_only:
            compiled = self.cpp_info.components["compiled"]
            compiled.set_property("pkg_config_name", "cojob-compiled")
            compiled.libs = ["cojob"]
            compiled.requires = ["cojob"]
            if self.settings.get_safe("os") in ("Linux", "FreeBSD") and not self.options.shared:
                compiled.exelinkflags = ["-Wl,--gc-sections"]  # as CMakeLists.txt
            compiled.defines = ["COJOB_SEPARATE_COMPILATION"] + (["COJOB_SHARED"] if self.options.shared else [])

    def _written_in(self, name, pattern):
        """What a file beside the recipe says, or nothing in an index, which has no such file."""
        file = pathlib.Path(self.recipe_folder, name)
        return re.search(pattern, file.read_text(encoding="utf-8")).group(1) if file.exists() else None
