# SPDX-License-Identifier: MIT
#
# cmake -DOUTPUT=assets.cpp -DHEADER=render/assets.h -DNAMESPACE=heapkit::render "-DFILES=a.js;b.css" -P embed.cmake:
# writes each file as a string constant: a.js is a_js.
set(code "// Made by viewer/embed.cmake.\n#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n")
foreach(path ${FILES})
  file(READ ${path} text)
  get_filename_component(name ${path} NAME)
  string(REPLACE "." "_" name ${name})
  string(APPEND code "const std::string_view ${name} = R\"HEAPKIT(${text})HEAPKIT\";\n")
endforeach()
string(APPEND code "}  // namespace ${NAMESPACE}\n")
file(WRITE ${OUTPUT} "${code}")
