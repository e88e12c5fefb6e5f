public import Foundation

/// Handwritten digits: 60,000 images to train with and 10,000 to test, 28 × 28 pixels each.
///
/// Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
/// recognition", Proceedings of the IEEE 86(11), 1998.
public enum MNIST {
  /// The names of the classes.
  public static let classes = (0...9).map(String.init)

  /// Reads the images that come with the course, or those in a folder.
  ///
  /// A folder must hold four unpacked IDX files named as the published ones are
  /// (`train-images-idx3-ubyte`, …), or as downloads change these names (`train-images.idx3-ubyte`),
  /// with any number of images of any one size.
  public static func load(
    from folder: URL? = nil
  ) throws(DataError) -> (train: ImageData, test: ImageData) {
    try loadPair(from: folder ?? shipped("mnist"), classes: classes)
  }
}

/// Photographs of clothes in MNIST's format: here, 10,000 images to train with and 2,000 to test.
///
/// A balanced part of the published 60,000 + 10,000: the first 1,000 and 200 of each class, in their
/// original order. A folder with the full files can be given to `load(from:)`.
///
/// Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
/// learning algorithms", arXiv:1708.07747, 2017.
public enum FashionMNIST {
  /// The names of the classes.
  public static let classes = [
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
  ]

  /// Reads the images that come with the course, or those in a folder, as `MNIST.load(from:)`.
  public static func load(
    from folder: URL? = nil
  ) throws(DataError) -> (train: ImageData, test: ImageData) {
    try loadPair(from: folder ?? shipped("fashion-mnist"), classes: classes)
  }
}

private func shipped(_ name: String) -> URL {
  // A bundle made by SwiftPM takes its folder `Resources` for the root, one made by Xcode does not.
  let bundle = Bundle.module
  return bundle.url(forResource: name, withExtension: nil)
    ?? bundle.url(forResource: name, withExtension: nil, subdirectory: "Resources")
    ?? bundle.bundleURL.appendingPathComponent("Resources").appendingPathComponent(name)
}

private func loadPair(
  from folder: URL, classes: [String]
) throws(DataError) -> (train: ImageData, test: ImageData) {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
    throw .missing(path: folder.path, packed: false)
  }
  guard isFolder.boolValue else {
    throw .unreadable(
      path: folder.path, reason: "it is a file; give the folder that holds the four IDX files")
  }
  let train = try loadSet("train", from: folder, classes: classes)
  let test = try loadSet("t10k", from: folder, classes: classes)
  guard train.height == test.height, train.width == test.width else {
    throw .imageSizeMismatch(
      train: try imagesFile("train", in: folder).path, trainSize: [train.height, train.width],
      test: try imagesFile("t10k", in: folder).path, testSize: [test.height, test.width])
  }
  return (train, test)
}

private func imagesFile(_ name: String, in folder: URL) throws(DataError) -> URL {
  try publishedFile("\(name)-images-idx3-ubyte", magic: IDX.imagesMagic, in: folder)
}

private func loadSet(
  _ name: String, from folder: URL, classes: [String]
) throws(DataError) -> ImageData {
  let imagesFile = try imagesFile(name, in: folder)
  let labelsFile = try publishedFile(
    "\(name)-labels-idx1-ubyte", magic: IDX.labelsMagic, in: folder)
  let images = try IDX.images(in: OpenFile(imagesFile))
  let labels = try IDX.labels(in: OpenFile(labelsFile), classes: classes.count)
  guard images.count == labels.count else {
    throw .countMismatch(
      images: imagesFile.path, imageCount: images.count,
      labels: labelsFile.path, labelCount: labels.count)
  }
  return ImageData(
    pixels: images.pixels, labels: labels, height: images.height, width: images.width,
    classes: classes)
}
