import pathlib
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy

required_conan_version = ">=2.0"


class CojobConan(ConanFile):
    name = "cojob"
    description = "C++20 coroutine client for REST APIs whose work is a job: create it, poll it, act on the result"
    license = "BSL-1.0"
    topics = ("coroutines", "asio", "rest-client", "http", "polling", "rate-limit", "jobs")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"header_only": [True, False], "shared": [True, False], "fPIC": [True, False]}
    default_options = {"header_only": True, "shared": False, "fPIC": True}
    implements = ["auto_header_only", "auto_shared_fpic"]
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*"

    def set_version(self):
        header = pathlib.Path(self.recipe_folder, "include", "cojob", "version.hpp").read_text(encoding="utf-8")
        self.version = re.search(r'return "(\d+\.\d+\.\d+)";', header).group(1)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        # The public headers include both.
        self.requires("boost/[>=1.81 <2]", transitive_headers=True, transitive_libs=True)
        self.requires("openssl/[>=3 <4]", transitive_headers=True, transitive_libs=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["COJOB_BUILD_TESTS"] = False
        toolchain.cache_variables["COJOB_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["COJOB_INSTALL_COMPILED"] = not self.options.header_only
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, pathlib.Path(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        # The package brings its own cojobConfig.cmake, which finds Boost and OpenSSL wherever they come from.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["lib/cmake/cojob"]
        self.cpp_info.requires = ["boost::headers", "boost::json", "openssl::ssl", "openssl::crypto"]
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
        if self.options.header_only:
            self.cpp_info.bindirs = []
            self.cpp_info.libdirs = []
            return
        self.cpp_info.libs = ["cojob"]
        self.cpp_info.defines = ["COJOB_SEPARATE_COMPILATION"] + (["COJOB_SHARED"] if self.options.shared else [])
