// The double first: the window finds its bridge as it would find the preload's.
import './install';
import '../../renderer/main';
