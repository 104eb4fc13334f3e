#pragma once

namespace credit::sandbox {

// The files of the folder assets/, put into the program when it is built (hosted_assets.cmake), so
// that the sandbox is one file and its pages load nothing from elsewhere.
extern const char* const asset_hosted_html;
extern const char* const asset_hosted_css;
extern const char* const asset_hosted_js;
extern const char* const asset_inspector_html;
extern const char* const asset_inspector_css;
extern const char* const asset_inspector_js;

}  // namespace credit::sandbox
