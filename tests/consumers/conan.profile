[settings]
os=Linux
arch=x86_64
compiler=gcc
compiler.version=12
compiler.libcxx=libstdc++11
compiler.cppstd=20
build_type=Debug

[platform_requires]
boost/1.81.0
openssl/@OPENSSL@
