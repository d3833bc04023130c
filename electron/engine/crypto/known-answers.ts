/**
 * Known answers for the self-test, each from its standard, so that a library that computes something else is found out
 * at start. Hex unless said otherwise.
 */
export const knownAnswers = {
  /** FIPS 180-4, message "abc". */
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  /** RFC 4231, test case 2. */
  hmac: {
    key: 'Jefe',
    data: 'what do ya want for nothing?',
    mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  /** RFC 5869, test case 1. */
  hkdf: {
    secret: '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b',
    salt: '000102030405060708090a0b0c',
    info: 'f0f1f2f3f4f5f6f7f8f9',
    okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  /** RFC 8032, test 2. */
  ed25519: {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  /** RFC 7748, section 5.2, first vector. */
  x25519: {
    secret: 'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
    publicKey: 'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
    shared: 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
  },
  /** draft-irtf-cfrg-xchacha-03, appendix A.3.1. */
  xchacha: {
    key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
    nonce: '404142434445464748494a4b4c4d4e4f5051525354555657',
    aad: '50515253c0c1c2c3c4c5c6c7',
    plaintext: "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    sealed:
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452' +
      '2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49',
  },
  /** Argon2id version 1.3, 64 KiB, 2 passes, 1 lane, salt 00…0f; agrees with a second implementation. */
  argon2id: {
    passphrase: 'keyshift',
    salt: '000102030405060708090a0b0c0d0e0f',
    passes: 2,
    memoryBytes: 65536,
    key: '1ee71c4a9bc5b5fe9392254c74b35ef68670356910cc745e8a17a785bbe9f670',
  },
  /** draft-connolly-cfrg-xwing-kem, first test vector; the public key by its SHA-256, the ciphertext in base64. */
  xwing: {
    secret: '7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26',
    publicKeyHash: '2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb',
    shared: 'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
    ciphertext:
    'uDqoKNTWK5qDzv/h09O7HvMSZGQ8BwxXmJJ+QfsHkUonP4+W54Js1TdaKD19qIUwTF3gUWoPBlQkPcW5f4v+uDH2glEhmqvdcjvGUSBBrLrvivRCZVJJQrkC5o/9IyIc2nCxtV13apLRFD6joMR19j' +
    '7miQFXxxFtrj9iv3L2Cs0ruMwxziug3jZPUrjtOMedcZcVljpd04QtjotDq3BOR1m1MnvwJ8Y8j6hXxJCNWop7iKx/K+OU2Tw3Bt3U5pjMbONwEB9NAhMlQji0ouiCG25BShzyD2wSRLaZBG9aAcqg' +
    'oaVVFjALQNIEjHfMc6+6ea/uqdLAEYvfKtuIcNwyjFUWzEWxogWBQQOeLJChEKnhazGN+1O9SaEm1rc/IVeHUXuJF8wByr0QfQaFmFTui0+YYcIm03ZMhzOasWw2Z9L0k4TlVFbdQEFLcKavhBWF9M' +
    'kMaHJdV3BO6O585uL5vlgtvumF4Dj/w0br+04iFYtshDdKmrSkTh+R3lqsUZf4m8XlRC9R+aWTexAro76uv24cWDgKSl/tzkpOUCb4j1KPWf/S20F1Kzo9kO+r5GOJm31AhwxTDIhB6HErczZo7QM6' +
    '2/r7LUnTekTUBk5YY+sK8KCNR7PMiINzvAX3ozuEG8JYfFfraVVOijdnt1BpF7a3BJhyfxbqwaNuyNjPr3UVSfInfbJ36KVamlEGsjoCBrRyH6mzBIVSxb1bWU1uJH84wYxZGup/ViSccs57EXr8w6' +
    'hiFYL5z3F4fhg97gk2eXbphAmtkhekl9+IgEI4TXcHprePX3+4QJ47U1F1NzRht3YALXmcutYoYL5wVz7L4Tskbg2n6TpSFo4Ptql1a4le9/AUeg3IG/pkSwiKkigWDA+azxN5opQc0owG68gOROF6' +
    'ovgXcBCv14qXzgho0WKeuylMUVGBLFg9rriGhSIPTakRgRLgcEH8wk1VZKmf294ohp/gciOH16mk0W4cyFVZF+CZRKpeuqrsLPYmk6+tQqP1GPzmfSc8xsn7VHKzgOhXPsfeBqO6L9X5MdcltJMCbL' +
    'CsvT/mLQDkx5DZZdegOjwLQiK6jCqaFuKsZY9XKuDnRur8T+ugI1dvCJQieKBB+4KnClldW6y/KXziApiYpx5cOw0cYii0hbGt5QmzX7yn7Kl7ITLny2vEZTdRRrfc6slpMIrAwqyJ54Y+uJQwFbJD' +
    'FMr7nHwOhf5UPVZljCE2Mlme+r/B7EndjIhUe7LMQMnTjL0wmbRUeEBWBTHQGIzR6cI6Dr7goD1Vd9ZrHSvLS6ryHMf+8eA4BsqWKZ3w37xW4bK0Pk/CDDf4NMSvYhJ+fa6Gw8JaL2lqyLWJ3scdWV' +
    'v76Ute1LwH2ACzMHlv2ontt3vgKUE2E5NU64zTdZFXj5xgDdm+jsYhn91Qet8zl+1NaHB7jROyTOTNj7IoUb/p1jJAfzHtb3yxYA3lbxdXZ0DOKjL8UUUDAUXPuX5j4OQdNUJ0oHnT5vsuFQ==',
  },
  /** RSA-PSS with SHA-256 and salt 32 by OpenSSL, over label(identity) ‖ "known answer"; base64. */
  rsaPss: {
    message: 'known answer',
    spki:
    'MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAksJ/m4y75vXUhOVXODuFT2ZGwV8Masm4CM6SBY1H2U9HmqvzYK5ky4XslarosSnUJ/mwtSlBBFW/x0neriqUw+O85GtE/X9rgOQweKW+ef' +
    'emVHWdgFKevx3aUPzv7/qyAaWRQDN6yvxEWVni141BC39eXZzCgECa1m1sL5n0BW33cZ/xoJswovrjFgxrdj6ArOrfp/hjU0EI0S2u7SOwQxyUOZUbxZ0W2WtJqqGvC3k6zv9q9vzQFGYdDyot6zgN' +
    'meOxtX8c0tezIGHWBZhxOIE7/hpoGdkS30ligEr0ZUmgU9iGhVLT801SP5G4VD57IP6Nf/+f3RrH82q9etK0v475LNlxklc04PhlHpQYEjRwDDRivVqZslgKzBvi98dwkNJDMwd3faeK9PN0Ae+HhC' +
    'vFdOSynlH0fFEmr2LepZKBgK3yjWohlcHO2PtWR5M1aKYWcrP+ZzJQLVJB8cLESXWq9kAkMkMgonbYs9RbHHTIBix0bDIoTUOD5LdZcu79AgMBAAE=',
    signature:
    'I81pxu7tLJApPKVd2BD2HBMkqZ/RQJLMp6vhM3WwDhKXtt9VONqyiMWaZs5sJ8NbJ5082F4a4NE3ePIq16mTmBMKc+FU0+cpenwSgrDJ4vBi1r8KewZiGcdtUWbFvQJy87U+higt1qJvxBD9/3x/mV' +
    'yk6JQ4ts4zkXJKCkNMw4lIeMX9Ak2t/0NgWNBHrpr+87tWMr7rEkT+s2/g7+DDqW8Ao4nHfCfRKeOOlpmUz50tJbReOce8UdW5Ix+hSPHDd2jf4ITpAR4MZjgZG6aAY0TlTLHNhS15BWGUwOwwpdWw' +
    'GJrRyQDHFryTMUQg1EaW42MemFB6bpXmRVBlpn/IFNKOug5x+YADY46/O6Dl5bzFjkJLb1BETyGAybvXjSmK9wdGncrgHJdQZs8wy4slnpzoh+16ixSgOCOv5aPq9oudfHZlTHkbsIz4iK8NnjFBVM' +
    '2QqswGUspdp7fcA7kE0naHZdah3k9+NNQ8jVxvird+bwYVBoG9r2QKOYHFP0QJ',
  },
} as const;
