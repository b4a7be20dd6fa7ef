# CMake generated Testfile for 
# Source directory: /tmp/base_super
# Build directory: /work/main/src/base/build/rel-base
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
subdirs("src/base")
subdirs("tests/support")
subdirs("tests/base")
