# SPDX-License-Identifier: MIT
#
# cmake -DOUTPUT=assets.cpp -DFOLDER=viewer -P embed.cmake: writes the files of FOLDER as string constants.
# A string literal may have 64 KiB; a file beyond that wants another way.
set(code "// Made by viewer/embed.cmake.\n#include \"render/assets.h\"\n\nnamespace heapkit::render {\n")
foreach(file flamegraph.js flamegraph.css)
  file(READ ${FOLDER}/${file} text)
  string(REPLACE "." "_" name ${file})
  string(APPEND code "const std::string_view ${name} = R\"HEAPKIT(${text})HEAPKIT\";\n")
endforeach()
string(APPEND code "}  // namespace heapkit::render\n")
file(WRITE ${OUTPUT} "${code}")
