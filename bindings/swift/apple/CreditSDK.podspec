# As scripts/package-apple lays it out: sources and CCredit.xcframework beside this file.
Pod::Spec.new do |spec|
  spec.name = 'CreditSDK'
  spec.version = '0.1.0'
  spec.summary = 'Borrower sessions of the Aarthik Labs credit platform that survive.'
  spec.homepage = 'https://docs.aarthiklabs.com'
  spec.license = { type: 'Proprietary', text: 'See the agreement with Aarthik Labs.' }
  spec.author = 'Aarthik Labs'
  # The release's archive; --archive of scripts/package-apple writes address and checksum in.
  spec.source = { http: 'file:///dev/null' }
  spec.ios.deployment_target = '15.0'
  spec.osx.deployment_target = '12.0'
  spec.swift_version = '6.0'
  spec.source_files = 'Sources/CreditSDK/**/*.swift'
  spec.resource_bundles = { 'CreditSDK_Privacy' => ['Sources/CreditSDK/PrivacyInfo.xcprivacy'] }
  spec.vendored_frameworks = 'CCredit.xcframework'
  spec.frameworks = 'CoreFoundation', 'Foundation', 'Security', 'SystemConfiguration'
  spec.libraries = 'c++'
end
